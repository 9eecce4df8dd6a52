"""What does a payload look like as the thing that it is: an e-mail, an order, a change, an event?

For reading only, and always beside the exact fields. `registry.py` lists the renderers and says how to add one.
"""
