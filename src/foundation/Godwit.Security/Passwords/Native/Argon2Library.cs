using System.Runtime.InteropServices;

namespace Godwit.Security.Passwords.Native;

/// <summary>The reference library of Argon2, for what libsodium cannot: more than one lane, and salts of other lengths. It is asked for verification only.</summary>
internal static partial class Argon2Library
{
    private const int Ok = 0;

    public static void Hash(Span<byte> output, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int passes, uint memoryKib, int lanes)
    {
        int result;
        try
        {
            result = Raw((uint)passes, memoryKib, (uint)lanes, password, (nuint)password.Length, salt, (nuint)salt.Length, output, (nuint)output.Length);
        }
        catch (Exception e) when (NativeLibraries.IsMissing(e))
        {
            throw NativeLibraries.Missing("libargon2-1", e);
        }
        if (result != Ok) throw new PasswordLibraryException($"libargon2 refused to hash ({result}): there is not the memory that it needs");
    }

    [LibraryImport("libargon2.so.1", EntryPoint = "argon2id_hash_raw")]
    private static partial int Raw(uint passes, uint memoryKib, uint lanes, ReadOnlySpan<byte> password, nuint passwordLength, ReadOnlySpan<byte> salt, nuint saltLength, Span<byte> output, nuint outputLength);
}
