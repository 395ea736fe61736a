package trainablewiener;

/** The user pressed Esc or chose Cancel. */
final class Cancelled extends Exception {
    private static final long serialVersionUID = 1;
}
