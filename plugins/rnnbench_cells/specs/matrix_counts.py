"""Numbers of parameters and sizes of states of cells whose heads each have a matrix for a state.

All are functions of I, the inputs, and H, the hidden size, with N heads, keys of K numbers and
values of V = H / N.
"""


def state(
    _input_size: int,
    hidden_size: int,
    heads: int = 4,
    key_size: int = 16,
    convolution: int = 0,
    normaliser: bool = False,
    householders: int = 1,
    key_heads: int = 0,
    **_: object,
) -> int:
    """Return the size of the state.

    It is K H for the matrices, N K for a normaliser, and w - 1 steps of queries, keys and values
    for a convolution of width w.
    """
    keys = (key_heads or heads) * key_size
    channels = (1 + householders) * keys + householders * hidden_size
    before = max(convolution - 1, 0) * channels
    return key_size * hidden_size + normaliser * heads * key_size + before


def mixed(
    input_size: int,
    hidden_size: int,
    heads: int,
    key_size: int,
    convolution: int,
    householders: int = 1,
) -> int:
    """Return the parameters of queries, keys and values, I a channel, and of their convolution."""
    channels = (1 + householders) * heads * key_size + householders * hidden_size
    return channels * (input_size + convolution)


def linear_attention(
    input_size: int,
    hidden_size: int,
    heads: int = 4,
    key_size: int = 16,
    convolution: int = 0,
    **_: object,
) -> int:
    """Return the number of parameters: those of queries, keys and values alone."""
    return mixed(input_size, hidden_size, heads, key_size, convolution)


def retnet(input_size: int, hidden_size: int, **options: int) -> int:
    """Return the number of parameters, with I H for the gate and 2 H for the norm."""
    own = linear_attention(input_size, hidden_size, **options)
    return own + input_size * hidden_size + 2 * hidden_size


def gla(
    input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16, **options: int
) -> int:
    """Return the number of parameters.

    Besides queries, keys and values they are 16 I and 17 N K for decays, I H for the gate, and V.
    """
    own = linear_attention(input_size, hidden_size, heads, key_size, **options)
    decays = 16 * input_size + 17 * heads * key_size
    return own + decays + input_size * hidden_size + hidden_size // heads


def hgrn2(input_size: int, hidden_size: int, heads: int = 4, **options: int) -> int:
    """Return the number of parameters, with V for the norm."""
    return linear_attention(input_size, hidden_size, heads, **options) + hidden_size // heads


def mamba2(
    input_size: int,
    hidden_size: int,
    heads: int = 4,
    key_size: int = 16,
    convolution: int = 0,
    **_: object,
) -> int:
    """Return the number of parameters.

    They are I (2 K + H) for B, C and x, I H for the gate, I N for time steps, 3 N for A, b and d,
    and H for the norm.
    """
    own = mixed(input_size, hidden_size, 1, key_size, convolution)
    return own + input_size * (hidden_size + heads) + 3 * heads + hidden_size


def deltanet(input_size: int, hidden_size: int, heads: int = 4, **options: int) -> int:
    """Return the number of parameters, with I N for beta and V for the norm."""
    own = linear_attention(input_size, hidden_size, heads, **options)
    return own + input_size * heads + hidden_size // heads


def deltaproduct(
    input_size: int,
    hidden_size: int,
    heads: int = 4,
    key_size: int = 16,
    householders: int = 1,
    convolution: int = 0,
    **_: object,
) -> int:
    """Return the number of parameters.

    Besides queries, J keys and J values they are I N (J + 1) for beta and decays, 2 N for A and b,
    I H for the gate, and V for the norm.
    """
    own = mixed(input_size, hidden_size, heads, key_size, convolution, householders)
    gates = input_size * (heads * (householders + 1) + hidden_size)
    return own + gates + 2 * heads + hidden_size // heads


def kda(
    input_size: int,
    hidden_size: int,
    heads: int = 4,
    key_size: int = 16,
    strengths: int | None = None,
    **options: int,
) -> int:
    """Return the number of parameters.

    Besides queries, keys and values they are I for each write strength, 2 I V for the low-rank
    halves of decay and gate, N K V and H V + H for the other halves, N + N K for A and b, and V.
    """
    own = linear_attention(input_size, hidden_size, heads, key_size, **options)
    value = hidden_size // heads
    keys = heads * key_size
    gates = input_size * ((heads if strengths is None else strengths) + 2 * value)
    halves = keys * value + hidden_size * value + hidden_size
    return own + gates + halves + heads + keys + value


def gdn2(
    input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16, **options: int
) -> int:
    """Return the number of parameters: as KDA, with N K erase gates and H write gates."""
    strengths = heads * key_size + hidden_size
    return kda(input_size, hidden_size, heads, key_size, strengths, **options)
