using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Godwit.Security.Passwords.Native;

/// <summary>crypt_r of libcrypt (crypt(3)): bcrypt, and scrypt in the form $7$. For verification only.</summary>
internal static unsafe partial class CryptLibrary
{
    /// <summary>CRYPT_MAX_PASSPHRASE_SIZE, with the zero at its end.</summary>
    private const int LongestPassword = 511;

    /// <summary>sizeof(struct crypt_data) is 32,768 in libxcrypt and some 131,000 in the libcrypt that glibc had, which has the same name.</summary>
    private const int DataLength = 256 * 1024;

    /// <summary>Whether the password hashes to <paramref name="stored"/> under the setting that it begins with.</summary>
    public static bool Verify(ReadOnlySpan<byte> password, ReadOnlySpan<byte> stored)
    {
        if (stored.Contains((byte)0)) return false;
        // What comes after a zero would not be looked at: two passwords would be one. The work is done all the same, with another password: an answer at once would tell that the account is there.
        var isRefused = password.Length > LongestPassword || password.Contains((byte)0);
        if (isRefused) password = "refused"u8;
        Span<byte> phrase = stackalloc byte[LongestPassword + 1];
        Span<byte> setting = stackalloc byte[stored.Length + 1];
        var data = (byte*)NativeMemory.AllocZeroed(DataLength);
        try
        {
            phrase.Clear();
            password.CopyTo(phrase);
            setting.Clear();
            stored.CopyTo(setting);
            var result = Hash(phrase, setting, data);
            // A failure is a null, or a text that is no hash and never the setting's own ("*0", "*1").
            return result is not null && !isRefused && CryptographicOperations.FixedTimeEquals(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(result), stored);
        }
        catch (Exception e) when (NativeLibraries.IsMissing(e))
        {
            throw NativeLibraries.Missing("libcrypt1", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(phrase);
            CryptographicOperations.ZeroMemory(new Span<byte>(data, DataLength));
            NativeMemory.Free(data);
        }
    }

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt_r")]
    private static partial byte* Hash(ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> setting, byte* data);
}
