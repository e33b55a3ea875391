"""What keeps chat text data: masking, mentions, links, leaks of the prompt, and passages that give orders."""
