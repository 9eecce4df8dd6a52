"""What differs between two payloads, for programs and for people?"""
