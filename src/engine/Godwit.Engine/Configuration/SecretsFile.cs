using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Files;
using Godwit.Security.Files;

namespace Godwit.Engine.Configuration;

/// <summary>
/// Changes secrets in a file of NAME=value lines. Each change holds a lock beside the file, is made on what is there by then, and replaces the file as a whole: killed anywhere, the file is the
/// one from before or the one from after. Lines that the change is not about stay as they are, comments too.
/// </summary>
public sealed class SecretsFile(string path)
{
    /// <summary>What a secret is called while another has taken its place and both are taken.</summary>
    public const string PreviousSuffix = "_PREVIOUS";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const long LargestFile = 1024 * 1024;

    private readonly string _path = Path.GetFullPath(path);

    /// <summary>Makes the secrets that the file has not; what is set stays.</summary>
    /// <returns>For each name whether it was made.</returns>
    /// <exception cref="SecretsFileException">The file cannot be read or written, or another process changes it now.</exception>
    public IReadOnlyDictionary<string, bool> Generate(IReadOnlyList<string> names, Func<string> make) => Change((ref string text) =>
    {
        var made = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            made[name] = string.IsNullOrEmpty(Find(text, name));
            if (made[name]) Set(ref text, name, make());
        }
        return made;
    });

    /// <summary>Puts a new secret in the place of one, which stays beside it as <c>NAME_PREVIOUS</c>.</summary>
    /// <exception cref="SecretsFileException">It is not there, or its former value still is; or as above.</exception>
    public void Rotate(string name, Func<string> make) => Change((ref string text) =>
    {
        if (Find(text, name) is not { Length: > 0 }) throw new SecretsFileException($"{name} is not set in {_path}: `godwit secrets generate {name}` makes it");
        if (!string.IsNullOrEmpty(Find(text, name + PreviousSuffix)))
            throw new SecretsFileException($"{name}{PreviousSuffix} is still there: what it signed or hashed would be lost with it. End that overlap first with `godwit secrets retire {name}`");
        // The line as it is, however its value is quoted.
        var former = DotEnvEdit.LinesOf(text, name)[^1];
        var equals = former.IndexOf('=', StringComparison.Ordinal);
        text = DotEnvEdit.Restore(text, name + PreviousSuffix, [$"{former[..equals].TrimEnd()}{PreviousSuffix}{former[equals..]}"]);
        Set(ref text, name, make());
        return true;
    });

    /// <summary>Ends the overlap: the former secret goes.</summary>
    /// <exception cref="SecretsFileException">There is none; or as above.</exception>
    public void Retire(string name) => Change((ref string text) =>
    {
        if (DotEnvEdit.LinesOf(text, name + PreviousSuffix).Count == 0) throw new SecretsFileException($"{name}{PreviousSuffix} is not in {_path}: there is no overlap to end");
        text = DotEnvEdit.Restore(text, name + PreviousSuffix, []);
        return true;
    });

    private delegate T TextChange<out T>(ref string text);

    private T Change<T>(TextChange<T> change)
    {
        var folder = Path.GetDirectoryName(_path)!;
        var draft = Path.Combine(folder, $".{Path.GetFileName(_path)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        try
        {
            if (!Directory.Exists(folder)) throw new SecretsFileException($"there is no folder {folder}");
            // The system gives the lock up with the process that holds it, however that ends.
            using var held = Lock(Path.Combine(folder, $".{Path.GetFileName(_path)}.lock"));
            var text = Read();
            var result = change(ref text);
            using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0 }))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            // Whoever reads it has to go on reading it.
            if (FileIdentity.Of(_path) is { } owner && (owner with { Mode = OwnerOnly }).GiveTo(draft) is { } why) throw new IOException($"it belongs to somebody else, and what replaces it could not: {why}");
            File.Move(draft, _path, overwrite: true);
            FolderSync.Flush(folder);
            return result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretsFileException($"{_path} cannot be changed: {e.Message}");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private FileStream Lock(string file)
    {
        try
        {
            return new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        }
        catch (IOException)
        {
            throw new SecretsFileException($"another process is changing {_path} now: try again when it has ended");
        }
    }

    private string Read()
    {
        var file = new FileInfo(_path);
        if (!file.Exists) return "";
        if (file.LinkTarget is not null) throw new SecretsFileException($"{_path} is a link: name the file itself");
        if (file.Length > LargestFile) throw new SecretsFileException($"{_path} is larger than a file of variables is");
        return File.ReadAllText(_path);
    }

    private static string? Find(string text, string name) => DotEnvFile.Read(text).GetValueOrDefault(name);

    private void Set(ref string text, string name, string value)
    {
        var (changed, reason) = DotEnvEdit.Set(text, name, value);
        text = changed ?? throw new SecretsFileException($"{name} cannot be set in {_path}: {reason}");
    }
}

/// <summary>A file of secrets cannot be changed so. The message says what to do, and holds no value.</summary>
public sealed class SecretsFileException(string message) : Exception(message);
