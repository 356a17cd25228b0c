"""What a slip is: its wording, its fields, where they lie on the paper, and how to produce it."""
