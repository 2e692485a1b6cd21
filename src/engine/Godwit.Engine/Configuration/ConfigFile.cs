using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Configuration;

/// <summary>A file that the application needs: a certificate, a key.</summary>
/// <param name="Path">From the runbook's folder, or absolute.</param>
/// <param name="Secret">Nobody but its owner and group may read it.</param>
public sealed record ConfigFile(string Path, bool Secret)
{
    public static Shape.Map Shape { get; } = new(
        new Field("path", new Shape.Text { MaxLength = 4000 }, "The file, from the runbook's folder; it must not be empty", Required: true),
        new Field("secret", new Shape.Flag(), "Whether only its owner and group may read it") { Default = "false" })
    {
        Short = "path",
        Name = "required file",
        Description = "A file that has to be there",
    };

    public static ConfigFile Read(JsonObject settings) => new(settings.Text("path"), settings.Flag("secret"));

    /// <summary>What is wrong; null when it is as required.</summary>
    public string? Refuse(string folder)
    {
        try
        {
            var file = new FileInfo(System.IO.Path.Combine(folder, Path));
            if (!file.Exists) return "is not there";
            if (file.Length == 0) return "is empty";
            return Secret && (file.UnixFileMode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None ? "may be read by everybody" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "cannot be looked at";
        }
    }
}
