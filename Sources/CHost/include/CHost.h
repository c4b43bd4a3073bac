// What a process asks the kernel about itself, and Swift cannot spell.
#ifndef VAEDP_CHOST_H
#define VAEDP_CHOST_H

// Processors that this process may run on, by its affinity mask.
int vaedp_affinity_count(void);

// Has the kernel kill this process when the thread that started it ends; 0 where it will.
int vaedp_end_with_parent(void);

// A file in memory, without a name, closed when a program is started; negative, with errno, where there can be none.
int vaedp_memory_file(void);

#endif
