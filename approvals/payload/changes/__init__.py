"""What is different between two payloads, for programs and for people?"""
