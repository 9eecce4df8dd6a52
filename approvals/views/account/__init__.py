"""How does a person get in, and look after their credentials?"""
