// A library to be preloaded: ends the process by SIGKILL at its Nth change of a folder's files.
//
// Counted are write, pwrite, fsync, fdatasync, ftruncate, unlink, remove, rename, link, and opening
// with O_CREAT, where the file lies in CRASH_FOLDER. CRASH_AT is N (from 1; 0 only counts), CRASH_HOW
// `before` (the change is not made), `after` (it is made) or `torn` (of a write only the first half).
// A process that lives to its end writes the number of changes to CRASH_COUNT, a file elsewhere.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long changes;

// The function that this one stands in front of.
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int IsInFolder(const char* path) {
  const char* folder = getenv("CRASH_FOLDER");
  return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int IsOpenInFolder(int descriptor) {
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = '\0';
  return IsInFolder(path);
}

static int Is(const char* how) {
  const char* wanted = getenv("CRASH_HOW");
  return strcmp(wanted == NULL ? "before" : wanted, how) == 0;
}

static void Die(void) {
  raise(SIGKILL);
  _exit(1);
}

// Whether this change is the Nth. Dies where it is not to be made.
static int IsLast(int of_folder, int can_be_torn) {
  if (!of_folder) return 0;
  const char* at = getenv("CRASH_AT");
  if (atomic_fetch_add(&changes, 1) + 1 != atol(at == NULL ? "0" : at)) return 0;
  if (Is("before") || (Is("torn") && !can_be_torn)) Die();
  return 1;
}

__attribute__((destructor)) static void TellCount(void) {
  const char* path = getenv("CRASH_COUNT");
  FILE* file = path == NULL ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld\n", (long)changes);
  fclose(file);
}

// Makes the change, and dies after it where it was the last.
#define CHANGE(type, of_folder, call)             \
  do {                                            \
    const int last = IsLast(of_folder, 0);        \
    const type result = (call);                   \
    if (last) Die();                              \
    return result;                                \
  } while (0)

ssize_t write(int descriptor, const void* bytes, size_t size) {
  const int last = IsLast(IsOpenInFolder(descriptor), 1);
  const ssize_t result = NEXT(write)(descriptor, bytes, last && Is("torn") ? size / 2 : size);
  if (last) Die();
  return result;
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  const int last = IsLast(IsOpenInFolder(descriptor), 1);
  const ssize_t result =
      NEXT(pwrite64)(descriptor, bytes, last && Is("torn") ? size / 2 : size, offset);
  if (last) Die();
  return result;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  return pwrite64(descriptor, bytes, size, offset);
}

int fsync(int descriptor) { CHANGE(int, IsOpenInFolder(descriptor), NEXT(fsync)(descriptor)); }

int fdatasync(int descriptor) {
  CHANGE(int, IsOpenInFolder(descriptor), NEXT(fdatasync)(descriptor));
}

int ftruncate(int descriptor, off_t size) {
  CHANGE(int, IsOpenInFolder(descriptor), NEXT(ftruncate)(descriptor, size));
}

int ftruncate64(int descriptor, off64_t size) {
  CHANGE(int, IsOpenInFolder(descriptor), NEXT(ftruncate64)(descriptor, size));
}

int unlink(const char* path) { CHANGE(int, IsInFolder(path), NEXT(unlink)(path)); }

int remove(const char* path) { CHANGE(int, IsInFolder(path), NEXT(remove)(path)); }

int rename(const char* from, const char* to) { CHANGE(int, IsInFolder(to), NEXT(rename)(from, to)); }

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  CHANGE(int, IsInFolder(to), NEXT(renameat2)(from_folder, from, to_folder, to, flags));
}

int link(const char* from, const char* to) { CHANGE(int, IsInFolder(to), NEXT(link)(from, to)); }

static mode_t ModeOf(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? (mode_t)va_arg(arguments, int) : 0;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  CHANGE(int, (flags & O_CREAT) != 0 && IsInFolder(path), NEXT(open)(path, flags, mode));
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  CHANGE(int, (flags & O_CREAT) != 0 && IsInFolder(path), NEXT(open64)(path, flags, mode));
}
