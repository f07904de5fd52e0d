"""The one exception that ends a command with a message."""


class InputError(Exception):
    """Something that the user gave is wrong; the text says where and what."""
