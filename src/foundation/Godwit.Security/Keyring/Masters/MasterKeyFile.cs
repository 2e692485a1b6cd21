using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Godwit.Security.Files;

namespace Godwit.Security.Keyring.Masters;

/// <summary>A master key in a file: 32 bytes in hexadecimal, base64 or base64url, mode 0600, no link, of the user that runs this, in a folder that nobody else may write.</summary>
public static partial class MasterKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FileExists = 17;

    /// <exception cref="MasterKeyException">There is no such file, or it is not as above.</exception>
    public static LocalMasterKey Load(string path) => Find(path) ?? throw new MasterKeyException($"there is no master key {path}");

    /// <summary>Makes a master key there. One that is there stays, whoever asks.</summary>
    /// <exception cref="MasterKeyException">There is a file of that name, or it cannot be written.</exception>
    public static LocalMasterKey Create(string path)
    {
        var key = LocalMasterKey.Create();
        try
        {
            if (!TryWrite(path, key)) throw new MasterKeyException($"there is a file {path} already: a master key is never overwritten");
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Puts a key that was restored there.</summary>
    /// <exception cref="MasterKeyException">There is a file of that name, or it cannot be written.</exception>
    public static void Save(string path, LocalMasterKey key)
    {
        if (!TryWrite(path, key)) throw new MasterKeyException($"there is a file {path} already: a master key is never overwritten");
    }

    /// <returns>Null when there is no such file.</returns>
    internal static LocalMasterKey? Find(string path)
    {
        byte[]? text = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && Directory.Exists(folder)
                && (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None)
                throw new MasterKeyException($"the folder {folder} of the master key can be written by others, who could put another key there: chmod 700 it");
            text = OwnFile.Read(path, KeyText.Longest);
            return text is null ? null : KeyText.Read(text);
        }
        catch (OwnFileException e)
        {
            throw new MasterKeyException($"the master key cannot be used: {e.Message}", mayRetry: false, e);
        }
        catch (MasterKeyException e) when (!e.Message.Contains("master key", StringComparison.Ordinal))
        {
            throw new MasterKeyException($"the file {path} holds no master key: {e.Message}", mayRetry: false, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"the master key {path} cannot be read: {e.Message}", mayRetry: true, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <returns>False when there is a file of that name.</returns>
    internal static bool TryWrite(string path, LocalMasterKey key)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        Span<byte> text = stackalloc byte[2 * LocalMasterKey.Length + 1];
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            Convert.TryToHexStringLower(key.Bytes, text, out _);
            text[^1] = (byte)'\n';
            using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0 }))
            {
                stream.Write(text);
                stream.Flush(flushToDisk: true);
            }
            // Atomic, and fails when the name is taken: a key that wrapped something is never replaced, and the first of several processes wins.
            if (Link(draft, path) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == FileExists ? false : throw new MasterKeyException($"the master key {path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
            }
            FolderSync.Flush(folder);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"the master key {path} cannot be made: {e.Message}", mayRetry: true, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            File.Delete(draft);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
