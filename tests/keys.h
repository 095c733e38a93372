/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_KEYS_H
#define IVRQ_TESTS_KEYS_H
/*
 * keys.h - keys for tests. All of them are known to everybody.
 */
#define KEYS_SECRET "0123456789abcdef0123456789abcdef" /* HS256 */

/* Signs RS256. */
#define KEYS_RSA_PRIVATE                                                       \
	"-----BEGIN PRIVATE KEY-----\n"                                        \
	"MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCvbqiH9cYBiAah\n"   \
	"1ZUUGiv+dNN9Y687zZcB7qFfbrjMt4+4L9t7r2LHqNblmtdSNdw03yeKM6JmyU2T\n"   \
	"NJspDDlcg2Hu1HFT5VVfX4hDpYLPhikZP6ffRO7Fd8YtKuBjzdn1FzRnZhuay7lY\n"   \
	"A9bp2G95W0DaTFLNg8vY2etXEVJlm11DXdTiYrHK40JUdV46TSZgUN15DtUtDEwe\n"   \
	"ppOVPMo84ebS6fa2WQ77obnC/HzUfNLZ1/S4CATUw+d87sfy7ZX6dE/PHxE7BBH5\n"   \
	"rnyuxH95GTaTE+BwFPsT5Op5NRY1ZJ+0gIZkOucdfnq9hl3OiJhtJBckcLeTrTNA\n"   \
	"P26YaTxrAgMBAAECggEAHvJtZnaTtGdzjA7qWn53bk7blA4Gto0A64VWEEiu7uYe\n"   \
	"w0Yl+L6qtT/ykNRs0YLQ0r7e8cFED8/JEIPCL06Ju+ktWH0/dKZLFiT7G7vRxJwN\n"   \
	"GfghvAAkAs+rNQKQTOreXR73zpmzmu3/Ryh+PAhDOexAF4JJRRnP1vQyUMysdWHV\n"   \
	"HoPcXC+1C7MexvT+ZUi/PoPDSqSVgSiwhjRbGx8jusyPPbZKsYdLyJ3Q6r4A8Wzq\n"   \
	"wWm6tqUWoeBJIYqd5O6vOVxynlWRGvGeIgxNR07IT/u33q86zCk/WoJajGabg8bV\n"   \
	"g5R/eVenEecmf7kK1tvyYsTThSaveEvXsmUWnwMywQKBgQDWtCh/Zk3zNP2UyjGz\n"   \
	"SvizoCv8UE3P84eZWSH2jYfyaIV1CvdWKHdAFYgmXIoHthZJJRK3CYvrpV6FKzQO\n"   \
	"qf5EL0kOPY8kJbe/+lWktaQw7PuVSJz5TIX4wVIhJVMCchwiI1mDE/HMXp+Nx+Q7\n"   \
	"5OMZqKjGdqYc5UqHTeXFN4qsywKBgQDRLM2u8WrgkRD1LB2YarW2aj/mFpO2M1YG\n"   \
	"6zsczyWObOw+Lk4SCw8bUVPBwZGqHt5fwlsVJp3+ah9HIYddEUw61HROxVn/RhYR\n"   \
	"NpXRwm4853qRtxNhNPZc9f+NuRjiTt4Vv9/ub5fysq/iVV6VJjD4m1tPv9Vw1J7E\n"   \
	"3/nYw1ha4QKBgGfk2+fyOGwky0SRpwUslTZOnppEvbKQFKDG+eFV0WAi5dmiSdd+\n"   \
	"U15GTRDLHNvoZ9ZTQ0AhNXz9E8T7CADEj86s1vw2G6sROV6Do6fFYcNvGbq+XX9h\n"   \
	"YT7jRXvWlNmNIEIAuxLrtsj/TNQN00qMUrya2bjXt0AqUCszLamGW+uLAoGABqyC\n"   \
	"R4GmYlHek6P7scA92fsb3NB9mAOdTA03Tp0BWsD47Kb3kLXPnpSCspzlc+MWP0Hp\n"   \
	"PAyGX/as1s0oD30czIe4ykabr3xh+dye/RlSARl1nK6VrLVO4vpqU/BC7f2MMm9z\n"   \
	"ypy+4Vx4JiWJJgMY7uWuDSZWvgnaovdudk8NQ6ECgYBjmq1xcXQ/+NVVaRuLKPZ4\n"   \
	"XH8lG8F0DmTwy2/J6khhzWD7aHRdpWnNVOPn5cNCYGGhTU/m4M5xnJUNxVNRiKNi\n"   \
	"pyPO/ZJ+rHjyaTbrO/kFZ2K149MLEvzd4/piR5XVQbkmVVwKUXMCA3opgeBKOXr6\n"   \
	"672BjxlQ5lair4njVBgBdw==\n"                                           \
	"-----END PRIVATE KEY-----\n"

#define KEYS_RSA_PUBLIC                                                        \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr26oh/XGAYgGodWVFBor\n"   \
	"/nTTfWOvO82XAe6hX264zLePuC/be69ix6jW5ZrXUjXcNN8nijOiZslNkzSbKQw5\n"   \
	"XINh7tRxU+VVX1+IQ6WCz4YpGT+n30TuxXfGLSrgY83Z9Rc0Z2Ybmsu5WAPW6dhv\n"   \
	"eVtA2kxSzYPL2NnrVxFSZZtdQ13U4mKxyuNCVHVeOk0mYFDdeQ7VLQxMHqaTlTzK\n"   \
	"POHm0un2tlkO+6G5wvx81HzS2df0uAgE1MPnfO7H8u2V+nRPzx8ROwQR+a58rsR/\n"   \
	"eRk2kxPgcBT7E+TqeTUWNWSftICGZDrnHX56vYZdzoiYbSQXJHC3k60zQD9umGk8\n"   \
	"awIDAQAB\n"                                                           \
	"-----END PUBLIC KEY-----\n"

/* Another's. */
#define KEYS_RSA_OTHER                                                         \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAs/hEc65Wj5+vEEGMdHwE\n"   \
	"lD12Bwoj+U5TtFjyFroSbfvwCFnmpt3Jovp+ID376eik16leTr0QqWnu6jowetv/\n"   \
	"EoKF1uxau26Y6TSOqEE8NzG+vQ8YU2TvtzVLZIeJuLdZgGAlaXI5LBzYCtZwdCqV\n"   \
	"pIjndymxCg3d1Ih0LiB7+SjWLoFRLaew8Yy3bl0wsZfQ7QihFd7mLNFooAxcq1Jo\n"   \
	"Zi859CRDvthY7uiHnT58IlKgC3LSS/eZ/QvEvSBlZWtf0na/k1IIzlemJlJKrWDL\n"   \
	"TJFz+s0mYwc2+JpXBU4nKItXz9xo9fld/dJMe16qCy5otqXiv+aygVzS6mys2KL4\n"   \
	"kQIDAQAB\n"                                                           \
	"-----END PUBLIC KEY-----\n"

/* A bit too short. */
#define KEYS_RSA_2047                                                          \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MIIBITANBgkqhkiG9w0BAQEFAAOCAQ4AMIIBCQKCAQBiSegeq9POZyDnuh3utr5y\n"   \
	"EC9mWx7ZoWlVhRGY8UhOOHLM7i/q/ZcKTBXgXtS3rIh9oVYwJlV15xdqS1ZP0yHD\n"   \
	"+Fw725tPYxaww/zcgVE8yMG8Ocw2QSNDG+EEc4Lui4iOvFxeHTI5ImHI1nEmmYFN\n"   \
	"3o9PjjNEGWaeVsHmgckjuzR8dBVnGDphkXLkbE4JYNAO07W+CB3bYMAIn1osNboO\n"   \
	"ynzGqHYG4CxaO7grNDV45saYjaLRceJIOXI2CEDTy3/wHGNEYKa5PMLCW1X0yTqB\n"   \
	"vkBrKY9suspaHUZ7VsWwUrSgIi+RPxfnYdKeTAPd/z6oECMA9Xd+hJ0qTWLrRf1P\n"   \
	"AgMBAAE=\n"                                                           \
	"-----END PUBLIC KEY-----\n"

/* Signs ES256. */
#define KEYS_EC_PRIVATE                                                        \
	"-----BEGIN EC PRIVATE KEY-----\n"                                     \
	"MHcCAQEEIPofnyOlVcI85A0fQMoyDAMhL8TtTlifMkp0nlMz76F3oAoGCCqGSM49\n"   \
	"AwEHoUQDQgAEILXSYPoqEGMg/Qs01CVB4ml471Kf7m3+jnrbuXayRVtkiL7ny6np\n"   \
	"z+PpQuU6KCpOwKpA6SMG4EyqwchMkilIWA==\n"                               \
	"-----END EC PRIVATE KEY-----\n"

#define KEYS_EC_PUBLIC                                                         \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEILXSYPoqEGMg/Qs01CVB4ml471Kf\n"   \
	"7m3+jnrbuXayRVtkiL7ny6npz+PpQuU6KCpOwKpA6SMG4EyqwchMkilIWA==\n"       \
	"-----END PUBLIC KEY-----\n"

/* The same. */
#define KEYS_EC_COMPRESSED                                                     \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACILXSYPoqEGMg/Qs01CVB4ml471Kf\n"   \
	"7m3+jnrbuXayRVs=\n"                                                   \
	"-----END PUBLIC KEY-----\n"

/* Another curve. */
#define KEYS_EC_P384                                                           \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqrPBLltVwboek/RkSyVr6xlUzj8t0mYU\n"   \
	"d6WaSOflKCdJzH76Wjw7xoTIfIZVSwimJlu659M2jskf5BeA4vOuS1GOQoRyfyxL\n"   \
	"3NRaxmyS0DcFJ/13atnT40hypryjEqz7\n"                                   \
	"-----END PUBLIC KEY-----\n"

/* Another kind. */
#define KEYS_ED25519                                                           \
	"-----BEGIN PUBLIC KEY-----\n"                                         \
	"MCowBQYDK2VwAyEA8asTTsgahYbmT5InuoG2jtSiSYujjyzvCMoB0oEPOTY=\n"       \
	"-----END PUBLIC KEY-----\n"

#endif
