using System.Text;

namespace Godwit.Security.Unicode;

/// <summary>Normalization form KC (Unicode Standard Annex 15), on every machine the same: see <see cref="UnicodeTables"/>.</summary>
public static class CompatibilityForm
{
    // Unicode 15 section 3.12, conjoining Jamo behavior.
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;

    /// <returns>The text in form KC, or null when it is not valid Unicode.</returns>
    public static string? TryOf(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u007f') < 0) return text;
        var points = new List<int>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) != System.Buffers.OperationStatus.Done) return null;
            Decompose(rune.Value, points);
            at += length;
        }
        Order(points);
        Compose(points);
        var form = new StringBuilder(points.Count);
        foreach (var point in points) form.Append(new Rune(point).ToString());
        return form.ToString();
    }

    private static void Decompose(int point, List<int> points)
    {
        if (point is >= SBase and < SBase + SCount)
        {
            var at = point - SBase;
            points.Add(LBase + (at / (VCount * TCount)));
            points.Add(VBase + (at % (VCount * TCount) / TCount));
            if (at % TCount != 0) points.Add(TBase + (at % TCount));
        }
        else if (UnicodeTables.Shared.Decompositions.TryGetValue(point, out var parts))
        {
            foreach (var part in parts) Decompose(part, points);
        }
        else
        {
            points.Add(point);
        }
    }

    /// <summary>Marks by class, those of one class as they came; a stable sort of each run, so that a text of nothing but marks does not take the square of its length.</summary>
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (ClassOf(points[start]) == 0) continue;
            var end = start;
            while (end < points.Count && ClassOf(points[end]) != 0) end++;
            if (end - start > 1)
            {
                var run = points.GetRange(start, end - start).OrderBy(ClassOf).ToList();
                for (var i = 0; i < run.Count; i++) points[start + i] = run[i];
            }
            start = end;
        }
    }

    private static void Compose(List<int> points)
    {
        int starter = -1, written = 0, last = 0;
        foreach (var point in points.ToArray())
        {
            var level = ClassOf(point);
            // Blocked when what stands between has the same class or a higher one; 0 right after the starter is not.
            if (starter >= 0 && (written == starter + 1 || (last != 0 && last < level)) && Pair(points[starter], point) is { } whole)
            {
                points[starter] = whole;
                continue;
            }
            if (level == 0) starter = written;
            last = level;
            points[written++] = point;
        }
        points.RemoveRange(written, points.Count - written);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount) return SBase + ((((first - LBase) * VCount) + second - VBase) * TCount);
        if (first is >= SBase and < SBase + SCount && (first - SBase) % TCount == 0 && second is > TBase and < TBase + TCount) return first + second - TBase;
        return UnicodeTables.Shared.Compositions.TryGetValue((first, second), out var whole) ? whole : null;
    }

    private static int ClassOf(int point) => UnicodeTables.Shared.Classes.TryGetValue(point, out var level) ? level : 0;
}
