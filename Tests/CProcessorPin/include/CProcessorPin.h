// Lets the calling thread run on one processor only; the first that the process may use.
#ifndef VAEDP_CPROCESSORPIN_H
#define VAEDP_CPROCESSORPIN_H

void pin_to_first_processor(void);

#endif
