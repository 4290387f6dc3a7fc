"""Training and calibration of the reader and the checker, with the questions and claims written for them."""
