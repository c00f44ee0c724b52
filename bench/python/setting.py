"""What both kinds of whole runs are told: network, training, threads."""


def add_setting(parser, strength):
    """Options of a setting. `strength`: the usual lambda of EWC, which depends on the kind of Fisher information."""
    parser.add_argument("--hidden", type=int, nargs="+", default=[400, 400])
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--steps", type=int, help="per task; default: one pass")
    parser.add_argument("--strength", type=float, default=strength, help="lambda of EWC")
    parser.add_argument("--threads", type=int, default=1)
