"""What does a JSON Schema ask of a payload, and is the payload valid?"""
