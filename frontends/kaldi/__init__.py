"""Kaldi: nnet1, nnet2 and nnet3 models."""
