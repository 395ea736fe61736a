// Mixed-radix transforms in place. Decimation in frequency takes a line in order and leaves it
// scrambled: with radices r_1, r_2, ... position t_1 N/r_1 + t_2 N/(r_1 r_2) + ... holds frequency
// t_1 + r_1 t_2 + r_1 r_2 t_3 + ... Decimation in time takes it scrambled and leaves it in order.
// So a filter needs no reordering, and a line needs its own memory only (an autosorting transform
// needs it twice).
//
// A stage with radix r and block length r m, s blocks; p < m, w = exp(-2 pi i / (r m)):
//   in frequency: y[p + m t] = w^(p t) sum_u x[p + m u] exp(-2 pi i u t / r)
//   in time:      y[p + m t] = sum_u w^(p u) x[p + m u] exp(-2 pi i u t / r)

// One bit for every radix that occurs; what does not occur is not compiled.
override radices: u32 = 2047u;

struct Butterfly {
  first: u32,
  stride: u32,
  // Of the twiddle's index: p s
  step: u32,
  in_time: bool,
}

fn take(b: Butterfly, u: u32) -> vec2<f32> {
  let value = read_point(b.first + u * b.stride);
  if (b.in_time) {
    return multiply(value, table[u * b.step]);
  }
  return value;
}

fn give(b: Butterfly, t: u32, value: vec2<f32>) {
  if (b.in_time) {
    write_point(b.first + t * b.stride, value);
  } else {
    write_point(b.first + t * b.stride, multiply(value, table[t * b.step]));
  }
}

// Butterfly number `number >> lines_log2` of one line of the stage.
fn run_butterfly(stage: vec4<u32>, number: u32, in_time: bool) {
  let mask = (1u << line.lines_log2) - 1u;
  let m = stage.y;
  let block = (number >> line.lines_log2) / m;
  let p = (number >> line.lines_log2) - block * m;
  let b = Butterfly(
    ((block * stage.x * m + p) << line.lines_log2) | (number & mask),
    m << line.lines_log2,
    p * stage.z,
    in_time,
  );
  switch stage.x {
    case 2u: {
      if ((radices & 4u) != 0u) { butterfly2(b); }
    }
    case 3u: {
      if ((radices & 8u) != 0u) { butterfly3(b); }
    }
    case 4u: {
      if ((radices & 16u) != 0u) { butterfly4(b); }
    }
    case 5u: {
      if ((radices & 32u) != 0u) { butterfly5(b); }
    }
    case 6u: {
      if ((radices & 64u) != 0u) { butterfly6(b); }
    }
    case 7u: {
      if ((radices & 128u) != 0u) { butterfly7(b); }
    }
    case 8u: {
      if ((radices & 256u) != 0u) { butterfly8(b); }
    }
    case 9u: {
      if ((radices & 512u) != 0u) { butterfly9(b); }
    }
    default: {
      if ((radices & 1024u) != 0u) { butterfly10(b); }
    }
  }
}

fn butterfly2(b: Butterfly) {
  let x0 = read_point(b.first);
  let x1 = take(b, 1u);
  write_point(b.first, x0 + x1);
  give(b, 1u, x0 - x1);
}

fn butterfly3(b: Butterfly) {
  let y = dft3(read_point(b.first), take(b, 1u), take(b, 2u));
  write_point(b.first, y[0]);
  give(b, 1u, y[1]);
  give(b, 2u, y[2]);
}

fn butterfly4(b: Butterfly) {
  let y = dft4(read_point(b.first), take(b, 1u), take(b, 2u), take(b, 3u));
  write_point(b.first, y[0]);
  give(b, 1u, y[1]);
  give(b, 2u, y[2]);
  give(b, 3u, y[3]);
}

fn butterfly5(b: Butterfly) {
  let y = dft5(read_point(b.first), take(b, 1u), take(b, 2u), take(b, 3u), take(b, 4u));
  write_point(b.first, y[0]);
  give(b, 1u, y[1]);
  give(b, 2u, y[2]);
  give(b, 3u, y[3]);
  give(b, 4u, y[4]);
}

// Transforms of the even half and of the rest joined without twiddles (Good 1958, Thomas 1963):
// y[k] = even[k mod r/2] + (-1)^k odd[k mod r/2]
fn butterfly6(b: Butterfly) {
  let even = dft3(read_point(b.first), take(b, 2u), take(b, 4u));
  let odd = dft3(take(b, 3u), take(b, 5u), take(b, 1u));
  write_point(b.first, even[0] + odd[0]);
  give(b, 1u, even[1] - odd[1]);
  give(b, 2u, even[2] + odd[2]);
  give(b, 3u, even[0] - odd[0]);
  give(b, 4u, even[1] + odd[1]);
  give(b, 5u, even[2] - odd[2]);
}

fn butterfly7(b: Butterfly) {
  let x0 = read_point(b.first);
  let x1 = take(b, 1u);
  let x2 = take(b, 2u);
  let x3 = take(b, 3u);
  let x4 = take(b, 4u);
  let x5 = take(b, 5u);
  let x6 = take(b, 6u);
  let t1 = x1 + x6;
  let t2 = x2 + x5;
  let t3 = x3 + x4;
  let u1 = minus_i(x1 - x6);
  let u2 = minus_i(x2 - x5);
  let u3 = minus_i(x3 - x4);
  let c1 = 0.6234898018587336;
  let c2 = -0.22252093395631434;
  let c3 = -0.9009688679024191;
  let s1 = 0.7818314824680298;
  let s2 = 0.9749279121818236;
  let s3 = 0.43388373911755823;
  write_point(b.first, x0 + t1 + t2 + t3);
  var even = x0 + c1 * t1 + c2 * t2 + c3 * t3;
  var odd = s1 * u1 + s2 * u2 + s3 * u3;
  give(b, 1u, even + odd);
  give(b, 6u, even - odd);
  even = x0 + c2 * t1 + c3 * t2 + c1 * t3;
  odd = s2 * u1 - s3 * u2 - s1 * u3;
  give(b, 2u, even + odd);
  give(b, 5u, even - odd);
  even = x0 + c3 * t1 + c1 * t2 + c2 * t3;
  odd = s3 * u1 - s1 * u2 + s2 * u3;
  give(b, 3u, even + odd);
  give(b, 4u, even - odd);
}

fn butterfly8(b: Butterfly) {
  let even = dft4(read_point(b.first), take(b, 2u), take(b, 4u), take(b, 6u));
  let odd = dft4(take(b, 1u), take(b, 3u), take(b, 5u), take(b, 7u));
  let h = 0.7071067811865476;
  let o1 = h * (odd[1] + minus_i(odd[1]));
  let o2 = minus_i(odd[2]);
  let o3 = h * (minus_i(odd[3]) - odd[3]);
  write_point(b.first, even[0] + odd[0]);
  give(b, 1u, even[1] + o1);
  give(b, 2u, even[2] + o2);
  give(b, 3u, even[3] + o3);
  give(b, 4u, even[0] - odd[0]);
  give(b, 5u, even[1] - o1);
  give(b, 6u, even[2] - o2);
  give(b, 7u, even[3] - o3);
}

fn butterfly9(b: Butterfly) {
  let u = dft3(read_point(b.first), take(b, 3u), take(b, 6u));
  let v = dft3(take(b, 1u), take(b, 4u), take(b, 7u));
  let w = dft3(take(b, 2u), take(b, 5u), take(b, 8u));
  // exp(-2 pi i / 9) to the powers 1, 2 and 4
  let w1 = vec2<f32>(0.766044443118978, -0.6427876096865393);
  let w2 = vec2<f32>(0.17364817766693033, -0.984807753012208);
  let w4 = vec2<f32>(-0.9396926207859083, -0.3420201433256687);
  let y0 = dft3(u[0], v[0], w[0]);
  let y1 = dft3(u[1], multiply(v[1], w1), multiply(w[1], w2));
  let y2 = dft3(u[2], multiply(v[2], w2), multiply(w[2], w4));
  write_point(b.first, y0[0]);
  give(b, 1u, y1[0]);
  give(b, 2u, y2[0]);
  give(b, 3u, y0[1]);
  give(b, 4u, y1[1]);
  give(b, 5u, y2[1]);
  give(b, 6u, y0[2]);
  give(b, 7u, y1[2]);
  give(b, 8u, y2[2]);
}

// As butterfly6.
fn butterfly10(b: Butterfly) {
  let even = dft5(read_point(b.first), take(b, 2u), take(b, 4u), take(b, 6u), take(b, 8u));
  let odd = dft5(take(b, 5u), take(b, 7u), take(b, 9u), take(b, 1u), take(b, 3u));
  write_point(b.first, even[0] + odd[0]);
  give(b, 1u, even[1] - odd[1]);
  give(b, 2u, even[2] + odd[2]);
  give(b, 3u, even[3] - odd[3]);
  give(b, 4u, even[4] + odd[4]);
  give(b, 5u, even[0] - odd[0]);
  give(b, 6u, even[1] + odd[1]);
  give(b, 7u, even[2] - odd[2]);
  give(b, 8u, even[3] + odd[3]);
  give(b, 9u, even[4] - odd[4]);
}
