using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Signing;

/// <summary>A private key in a file of its own: unencrypted PKCS#8 PEM, mode 0600. One that others may read is refused.</summary>
public static class PrivateKeyFile
{
    private const int LongestFile = 16 * 1024;

    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes a new key there, and the folder when it is missing. A file that is there stays what it is.</summary>
    /// <exception cref="SigningKeyException">There is a file of that name, or it cannot be written.</exception>
    public static SigningKey Create(string path)
    {
        var key = SigningKey.Create();
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            Write(path, key);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new SigningKeyException(File.Exists(path) ? $"there is a file {path} already: a key is never overwritten" : $"the private key {path} cannot be made: {e.Message}", e);
        }
    }

    /// <exception cref="SigningKeyException">There is no such file, it is open to others, or it holds no usable key.</exception>
    public static SigningKey Load(string path)
    {
        try
        {
            return Read(path, "the private key", "chmod 600 it; when others may have read it, have its public key retired and make a new one", "restore it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SigningKeyException(e is FileNotFoundException or DirectoryNotFoundException ? $"there is no private key {path}" : $"the private key {path} cannot be read: {e.Message}", e);
        }
    }

    /// <param name="path">The file.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="whenOpen">What to do about one that is open to others.</param>
    /// <param name="whenDamaged">What to do about one that holds no key.</param>
    internal static SigningKey Read(string path, string what, string whenOpen, string whenDamaged)
    {
        try
        {
            using var file = File.OpenHandle(path);
            // Asked of the open file, not of the path: the file that is checked is the file that is read.
            var mode = File.GetUnixFileMode(file);
            if ((mode & Others) != UnixFileMode.None) throw new SigningKeyException($"{what} {path} is open to others (mode {Octal(mode)}): {whenOpen}");
            var length = RandomAccess.GetLength(file);
            if (length > LongestFile) throw new SigningKeyException($"{what} {path} is no key file: it has {length} bytes");
            var bytes = new byte[length];
            var read = RandomAccess.Read(file, bytes, fileOffset: 0);
            var pem = Encoding.UTF8.GetString(bytes, 0, read);
            CryptographicOperations.ZeroMemory(bytes);
            return SigningKey.FromPem(pem);
        }
        catch (SigningKeyException e) when (e.InnerException is CryptographicException or ArgumentException)
        {
            throw new SigningKeyException($"{what} {path} is {e.Message}: {whenDamaged}", e);
        }
    }

    internal static void Write(string path, SigningKey key)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        stream.Write(Encoding.ASCII.GetBytes(key.ExportPem()));
        stream.Flush(flushToDisk: true);
    }

    internal static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, toBase: 8);
}
