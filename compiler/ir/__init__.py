"""OpenVINO IR (.xml + .bin), version 10 and 11, written and read."""
