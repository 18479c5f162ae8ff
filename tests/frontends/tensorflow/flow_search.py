"""The search for the best texts, as decoders do it: a loop whose texts grow."""

import tensorflow as tf

v1 = tf.compat.v1


def beam_search(count, steps, table, width=3, last=0):
    """The best ``width`` texts of at most ``steps`` words, of which ``last`` ends one."""
    words = table.shape[1]

    def body(i, texts, totals, ended):
        scores = tf.nn.log_softmax(tf.gather(table, texts[:, :, -1]))
        stay = tf.one_hot(tf.zeros([width], tf.int32), words, 0.0, -1e9)
        scores = tf.where(ended[:, :, None], stay[None] + tf.zeros_like(scores), scores) + totals[:, :, None]
        totals, places = tf.nn.top_k(tf.reshape(scores, [count, width * words]), width)
        parents, chosen = places // words, places % words
        at = tf.stack([tf.tile(tf.range(count)[:, None], [1, width]), parents], 2)
        texts = tf.concat([tf.gather_nd(texts, at), chosen[:, :, None]], 2)
        return i + 1, texts, totals, tf.logical_or(tf.gather_nd(ended, at), tf.equal(chosen, last))

    shapes = [[], [count, width, None], [count, width], [count, width]]
    begin = tf.ones([count, width, 1], tf.int32), tf.constant([[0.0, -1e9, -1e9]] * count)
    values = (tf.constant(0), *begin, tf.zeros([count, width], tf.bool))
    until = lambda i, _, __, ended: tf.logical_and(i < steps, ~tf.reduce_all(ended))  # noqa: E731 (a name for it)
    found = v1.while_loop(until, body, values, tuple(map(tf.TensorShape, shapes)))
    return found[1], found[2]
