using Godwit.Identity.Passwords;

namespace Godwit.Identity.Tests.Passwords;

/// <summary>A folder for files of breached passwords.</summary>
internal sealed class FilterFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("godwit-filter-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Make(params IEnumerable<string> passwords)
    {
        BreachedPasswordsBuilder.FromPasswords(new StringReader(string.Join('\n', passwords)), File("list.filter"));
        return File("list.filter");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
