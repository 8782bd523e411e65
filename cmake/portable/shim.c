/* What libstdc++.a and libgcc_eh.a of Debian 12 need of a newer glibc than 2.28. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

/* 2.32: says that there is one thread alone. "No" is always right. */
char __libc_single_threaded = 0;

/* 2.36: a random number that cannot be guessed, for std::random_device. */
uint32_t arc4random(void) {
  uint32_t value;
  if (getrandom(&value, sizeof value, 0) != sizeof value) {
    abort();
  }
  return value;
}

/* 2.35: the loaded object that contains an address, and its table of frames; for exceptions. */
struct search {
  uintptr_t address;
  struct dl_find_object* object;
};

static int examine(struct dl_phdr_info* info, size_t size, void* data) {
  struct search* search = data;
  void* eh_frame = NULL;
  int contains = 0;
  (void)size;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)* header = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_LOAD && search->address >= start &&
        search->address - start < header->p_memsz) {
      contains = 1;
      search->object->dlfo_map_start = (void*)start;
      search->object->dlfo_map_end = (void*)(start + header->p_memsz);
    } else if (header->p_type == PT_GNU_EH_FRAME) {
      eh_frame = (void*)start;
    }
  }
  search->object->dlfo_eh_frame = eh_frame;
  return contains && eh_frame != NULL;
}

int _dl_find_object(void* address, struct dl_find_object* object) {
  struct search search = {(uintptr_t)address, object};
  object->dlfo_flags = 0;
  object->dlfo_link_map = NULL;
  return dl_iterate_phdr(examine, &search) ? 0 : -1;
}
