"""Measuring Yima: figures as ratios within one run. Never shipped to Lambda."""
