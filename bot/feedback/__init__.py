"""What is made of people's verdicts: cases for operators, an order of search that learns, figures of use."""
