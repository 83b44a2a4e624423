"""What operates Yima: ops commands, the local environment, packaging. Never shipped to Lambda."""
