"""Which form does a payload get, and what does a post of it mean?"""
