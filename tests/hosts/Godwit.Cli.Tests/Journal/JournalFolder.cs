using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Security.Signing;

namespace Godwit.Cli.Tests.Journal;

/// <summary>A folder with an exported journal, and the public key of its signer.</summary>
internal sealed class JournalFolder : IDisposable
{
    private readonly SigningKey _key = SigningKey.Create();
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-journal-").FullName;

    public JournalFolder()
    {
        Signer = new JournalSigner(_key);
        File.WriteAllText(Key, _key.Public.Jwk);
    }

    public Guid Run { get; } = Guid.NewGuid();

    public JournalSigner Signer { get; }

    public string Key => PathOf("signer.jwk");

    public string PathOf(string name) => Path.Combine(_folder, name);

    public static JournalNote Note(int rows) => JournalNote.Of("step-applied", new JsonObject { ["rows"] = rows });

    /// <summary>Writes a journal whose every entry is signed.</summary>
    public string Write(string name, int entries, Func<int, int>? rows = null)
    {
        var end = JournalChain.Start(Run);
        var records = new List<JournalRecord> { new JournalRecord.Header(Run), new JournalRecord.Key(Signer.Public) };
        for (var i = 0; i < entries; i++)
        {
            var entry = JournalChain.Next(end, new DateTimeOffset(2031, 1, 1, 0, 0, i, TimeSpan.Zero), Note(rows?.Invoke(i) ?? i));
            end = JournalPosition.Of(entry);
            records.Add(new JournalRecord.Entry(entry));
            records.Add(new JournalRecord.Head(Signer.SignHead(Run, end, entry.At).Head));
        }
        File.WriteAllBytes(PathOf(name), JournalText.Write(records));
        return PathOf(name);
    }

    public static string HeadOf(string path) =>
        File.ReadLines(path).Select((l, i) => JournalText.Read(i, System.Text.Encoding.UTF8.GetBytes(l)).Record).OfType<JournalRecord.Entry>().Select(e => JournalPosition.Of(e.Value).ToString()).Last();

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
