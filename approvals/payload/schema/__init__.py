"""What does a JSON Schema ask of a payload, and does the payload fit it?"""
