namespace Godwit.Documents.Shapes;

/// <summary>The known word that somebody probably meant.</summary>
public static class Suggestion
{
    /// <summary>Null when no word is near: within a third of its letters, at least one, by insertions, deletions, changes and swaps of neighbours.</summary>
    public static string? For(string written, IEnumerable<string> known)
    {
        string? best = null;
        var least = int.MaxValue;
        foreach (var word in known)
        {
            if (Math.Abs(word.Length - written.Length) > Allowed(word)) continue;
            var distance = Distance(Fold(written), Fold(word));
            if (distance > Allowed(word) || distance >= least) continue;
            (best, least) = (word, distance);
        }
        return best;
    }

    private static int Allowed(string word) => Math.Max(1, word.Length / 3);

    /// <summary>Case and the choice between - and _ are the likeliest slips.</summary>
    private static string Fold(string word) => word.ToLowerInvariant().Replace('-', '_');

    /// <summary>Optimal string alignment distance.</summary>
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }
        return table[a.Length, b.Length];
    }
}
