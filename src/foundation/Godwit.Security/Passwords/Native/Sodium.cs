using System.Runtime.InteropServices;

namespace Godwit.Security.Passwords.Native;

/// <summary>The part of libsodium that hashes passwords (https://doc.libsodium.org/password_hashing). It overwrites its own working memory.</summary>
internal static partial class Sodium
{
    public const int Argon2id = 2;

    /// <summary>crypto_pwhash takes no other.</summary>
    public const int SaltLength = 16;

    public const uint LeastMemoryKib = 8;

    private const string Library = "libsodium.so.23";

    // Any number of calls at once are one initialisation (https://doc.libsodium.org/usage).
    private static readonly Lazy<bool> s_ready = new(() => NativeLibraries.Call("libsodium23", Initialize) >= 0);

    public static void Hash(Span<byte> output, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int passes, uint memoryKib)
    {
        RequireReady();
        if (Argon2(output, (ulong)output.Length, password, (ulong)password.Length, salt, (ulong)passes, (nuint)memoryKib * 1024, Argon2id) != 0) throw new PasswordLibraryException("there is not the memory that a password hash needs");
    }

    public static void Scrypt(Span<byte> output, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ulong n, uint r, uint p)
    {
        RequireReady();
        if (Scrypt(password, (nuint)password.Length, salt, (nuint)salt.Length, n, r, p, output, (nuint)output.Length) != 0) throw new PasswordLibraryException("there is not the memory that a password hash needs");
    }

    private static void RequireReady()
    {
        if (!s_ready.Value) throw new PasswordLibraryException("libsodium could not be initialised");
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_pwhash")]
    private static partial int Argon2(Span<byte> output, ulong outputLength, ReadOnlySpan<byte> password, ulong passwordLength, ReadOnlySpan<byte> salt, ulong passes, nuint memory, int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_scryptsalsa208sha256_ll")]
    private static partial int Scrypt(ReadOnlySpan<byte> password, nuint passwordLength, ReadOnlySpan<byte> salt, nuint saltLength, ulong n, uint r, uint p, Span<byte> output, nuint outputLength);
}
