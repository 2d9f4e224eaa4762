#include <argon2.h>
#ifdef __linux__
#include <malloc.h>
#endif
