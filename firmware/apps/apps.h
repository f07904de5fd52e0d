/* The applications; each returns its exit code. */
#ifndef VITVP_APPS_H
#define VITVP_APPS_H

int vit_main(void);
int selftest_main(void);

#endif
