/* Real 3D transforms by FFTW (single precision, measured plan, out of place), on command.
 *
 *   fftw_peer NZ NY NX THREADS
 *
 * Commands on standard input, one byte each:
 *   v  reads nz ny nx floats, writes their half spectrum (nz ny (nx/2+1) pairs of floats)
 *   t  transforms forward and back once, writes one line: seconds passed, seconds of CPU time
 */
#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int count, char **values) {
  if (count != 5) return 2;
  int nz = atoi(values[1]), ny = atoi(values[2]), nx = atoi(values[3]);
  size_t voxels = (size_t)nz * ny * nx, points = (size_t)nz * ny * (nx / 2 + 1);
  fftwf_init_threads();
  fftwf_plan_with_nthreads(atoi(values[4]));
  float *image = fftwf_malloc(voxels * sizeof(float));
  fftwf_complex *spectrum = fftwf_malloc(points * sizeof(fftwf_complex));
  fftwf_plan forward = fftwf_plan_dft_r2c_3d(nz, ny, nx, image, spectrum, FFTW_MEASURE);
  fftwf_plan back = fftwf_plan_dft_c2r_3d(nz, ny, nx, spectrum, image, FFTW_MEASURE);
  for (size_t i = 0; i < voxels; i++) image[i] = 0;
  for (int command; (command = getchar()) != EOF;) {
    if (command == 'v') {
      if (fread(image, sizeof(float), voxels, stdin) != voxels) return 1;
      fftwf_execute(forward);
      fwrite(spectrum, sizeof(fftwf_complex), points, stdout);
    } else if (command == 't') {
      double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
      fftwf_execute(forward);
      fftwf_execute(back);
      wall = seconds(CLOCK_MONOTONIC) - wall;
      cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
      /* Without this the numbers would grow with every round until they overflow. */
      for (size_t i = 0; i < voxels; i++) image[i] /= voxels;
      printf("%.9f %.9f\n", wall, cpu);
    }
    fflush(stdout);
  }
  return 0;
}
