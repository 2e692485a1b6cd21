namespace Godwit.Security.Tests.Signing;

/// <summary>A folder for keys that is gone after the test.</summary>
public sealed class TemporaryHome : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("godwit-home-").FullName;

    public string KeyPath => System.IO.Path.Combine(Path, Godwit.Security.Signing.SigningKeyFile.FileName);

    public void AddSigner(string name, string text)
    {
        var folder = System.IO.Path.Combine(Path, Godwit.Security.Signing.KnownSigners.FolderName);
        Directory.CreateDirectory(folder);
        File.WriteAllText(System.IO.Path.Combine(folder, name), text);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
