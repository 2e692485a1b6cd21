using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Files;

namespace Godwit.Security.Encryption;

/// <summary>The user's own key for what Godwit encrypts, <c>backup-key.hex</c> in the home of the signing key: made on first use, mode 0600.</summary>
public static partial class EncryptionKeyFile
{
    public const string FileName = "backup-key.hex";

    private const int LongestFile = 1024, NoSuchFile = 2, FileExists = 17;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The key of <paramref name="home"/>, made when there is none. Any number of processes at once end with the same key.</summary>
    /// <exception cref="EncryptionKeyException">It cannot be read or made, or others may read it.</exception>
    public static EncryptionKey LoadOrCreate(string home)
    {
        var path = Path.Combine(home, FileName);
        try
        {
            if (!File.Exists(path)) Create(home, path);
            return Load(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EncryptionKeyException($"the key {path} cannot be read or made: {e.Message}", e);
        }
    }

    /// <summary>The key in a file that only its owner may read.</summary>
    /// <exception cref="EncryptionKeyException">As above.</exception>
    public static EncryptionKey Load(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            // Asked of the open file, not of the path: the file that is checked is the file that is read.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
                throw new EncryptionKeyException($"the key {path} is open to others: chmod 600 it, and take a new one when others may have read it");
            if (RandomAccess.GetLength(file) is > LongestFile) throw new EncryptionKeyException($"{path} is no key: it is longer than one");
            var bytes = new byte[RandomAccess.GetLength(file)];
            var read = RandomAccess.Read(file, bytes, fileOffset: 0);
            return EncryptionKey.Parse(Encoding.UTF8.GetString(bytes, 0, read));
        }
        catch (EncryptionKeyException e) when (!e.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new EncryptionKeyException($"{path} holds no key: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EncryptionKeyException($"the key {path} cannot be read: {e.Message}", e);
        }
    }

    private static void Create(string home, string path)
    {
        Directory.CreateDirectory(home, OwnerOnly | UnixFileMode.UserExecute);
        using var key = EncryptionKey.Create();
        var draft = Path.Combine(home, $".{FileName}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        try
        {
            using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                stream.Write(Encoding.ASCII.GetBytes(key.Export() + "\n"));
                stream.Flush(flushToDisk: true);
            }
            // Atomic, and fails when the name is taken: the first of several processes wins, and a key that encrypted something is never replaced.
            if (Link(draft, path) != 0 && Marshal.GetLastPInvokeError() is var error and not (FileExists or NoSuchFile))
                throw new EncryptionKeyException($"the key {path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
            FolderSync.Flush(home);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
