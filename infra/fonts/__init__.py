"""The fonts of documents: cut from Debian's to the characters that are needed."""
