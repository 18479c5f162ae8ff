"""TensorFlow: graphs, SavedModels, checkpoints and what Keras and TensorFlow.js store."""
