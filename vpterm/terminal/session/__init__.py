"""The side of the workers: processes that hold live apps. The only folder that touches private parts of Textual."""
