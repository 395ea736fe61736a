package trainablewiener;

/** Something that the user has to know; the message is one that a person understands. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }
}
