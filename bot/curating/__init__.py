"""Standard answers: proposed by people in chat, approved by operators, given before the model is asked."""
