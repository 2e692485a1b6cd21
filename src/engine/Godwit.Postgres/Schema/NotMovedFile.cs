using Godwit.Model.Moves;

namespace Godwit.Postgres.Schema;

/// <summary>
/// not-moved.sql: what a person has to look at, as a file that runs and does nothing. Every line is a line comment, so no text inside can end
/// the comment early.
/// </summary>
public static class NotMovedFile
{
    /// <summary>Writes all entries; a move that left nothing behind has an empty file.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<NotMoved> entries)
    {
        if (entries.Count == 0) return;
        WriteComment(writer, $"{entries.Count} of the source's objects did not go over. Each is shown as the source has it, with the reason.");
        foreach (var entry in entries)
        {
            writer.Write('\n');
            WriteComment(writer, $"{entry.Code.Id}  {entry.Kind} {entry.Name}");
            WriteComment(writer, entry.Reason);
            WriteComment(writer, entry.SourceText, indent: "    ");
        }
    }

    private static void WriteComment(TextWriter writer, string text, string indent = "")
    {
        // PostgreSQL ends a line comment at a line feed or a carriage return.
        foreach (var line in text.Replace("\r\n", "\n").Split('\n', '\r'))
        {
            var clean = line.Replace('\0', '\uFFFD').TrimEnd();
            writer.Write(clean.Length == 0 ? "--\n" : $"-- {indent}{clean}\n");
        }
    }
}
