"""Checks every case folder below the given one with what this Python has: onnx, onnxruntime.

A case has model.onnx, one .npy per input and restored.npy, the expected output. Prints one JSON
object: the versions (null where a package is missing) and, per case, whether the checker with full
shape inference passed, and the largest error relative to the largest expected value.
"""
import json
import os
import sys

try:
    import onnx
    import onnx.shape_inference
except ImportError:
    onnx = None
try:
    import numpy
    import onnxruntime
except ImportError:
    onnxruntime = None


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(
        model, check_type=True, strict_mode=True, data_prop=True
    )
    return [
        dimension.dim_value or dimension.dim_param
        for dimension in inferred.graph.output[0].type.tensor_type.shape.dim
    ]


def run(folder, path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    feeds = {name: numpy.load(os.path.join(folder, name + ".npy")) for name in names}
    (restored,) = session.run(None, feeds)
    expected = numpy.load(os.path.join(folder, "restored.npy"))
    if restored.shape != expected.shape:
        raise SystemExit("%s: shape %s, not %s" % (path, restored.shape, expected.shape))
    return float(abs(restored - expected).max() / abs(expected).max())


def main(root):
    cases = []
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        path = os.path.join(folder, "model.onnx")
        case = {"name": name}
        if onnx:
            case["shape"] = check(path)
        if onnxruntime:
            case["error"] = run(folder, path)
        cases.append(case)
    versions = {
        "onnx": onnx and onnx.__version__,
        "onnxruntime": onnxruntime and onnxruntime.__version__,
    }
    print(json.dumps({**versions, "cases": cases}))


if __name__ == "__main__":
    main(sys.argv[1])
