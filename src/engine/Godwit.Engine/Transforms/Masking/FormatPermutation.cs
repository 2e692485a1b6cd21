using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Engine.Transforms.Masking;

/// <summary>
/// A keyed permutation of the texts of one format: every letter becomes a letter of its script and case, every digit a digit, the rest stays where it
/// is. Being a permutation it makes no two texts the same. It is a Feistel network over two halves of the letters, as in NIST SP 800-38G, with
/// addition letter by letter and HMAC-SHA256 as round function; ten rounds, as FF1 has.
/// </summary>
internal sealed class FormatPermutation(byte[] key)
{
    private const int Rounds = 10;

    /// <param name="text">What to replace.</param>
    /// <param name="tweak">What the permutation depends on besides the key and the text's format.</param>
    public string Apply(string text, string tweak)
    {
        var letters = new List<(int At, MaskedLetter Letter)>();
        var format = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (LetterRanges.TryFind(text[i], out var letter))
            {
                letters.Add((i, letter));
                // A range's number: U+E000 and on are nobody's letters.
                format.Append((char)('\uE000' + letter.Range));
            }
            else
            {
                // Without its case: what differs only in case must not go to different letters.
                format.Append(char.ToLowerInvariant(text[i]));
            }
        }
        if (letters.Count == 0) return text;

        var numbers = letters.Select(l => l.Letter.Number).ToArray();
        var counts = letters.Select(l => l.Letter.Count).ToArray();
        Apply(numbers, counts, $"{tweak}\0{format}\0");

        var result = text.ToCharArray();
        for (var i = 0; i < letters.Count; i++) result[letters[i].At] = LetterRanges.Write(letters[i].Letter with { Number = numbers[i] });
        return new string(result);
    }

    /// <summary>A permutation of numbers in place, each below its count.</summary>
    public void Apply(int[] numbers, int[] counts, string context)
    {
        var bytes = Encoding.UTF8.GetBytes(context);
        for (var round = 0; round < Rounds; round++) Turn(numbers, counts, bytes, round);
    }

    /// <summary>Adds to one half what the other half gives.</summary>
    private void Turn(int[] numbers, int[] counts, byte[] context, int round)
    {
        var half = numbers.Length / 2;
        // The larger half comes first, so that a single letter is changed in every other round.
        var (from, to, otherFrom, otherTo) = round % 2 == 0 ? (half, numbers.Length, 0, half) : (0, half, half, numbers.Length);
        var stream = new RoundStream(key, context, round, numbers.AsSpan(otherFrom, otherTo - otherFrom));
        for (var i = from; i < to; i++) numbers[i] = (int)((numbers[i] + stream.Next(counts[i])) % counts[i]);
    }

    /// <summary>Numbers out of HMAC-SHA256 in counter mode: 64 bits each, so that taking a remainder favours none noticeably.</summary>
    private sealed class RoundStream
    {
        private const int LongestHalf = 2048;

        private readonly byte[] _key;
        private readonly byte[] _message;
        private byte[] _block = [];
        private int _used;
        private int _counter;

        public RoundStream(byte[] key, byte[] context, int round, ReadOnlySpan<int> other)
        {
            _key = key;
            var half = new byte[4 * other.Length];
            for (var i = 0; i < other.Length; i++) BinaryPrimitives.WriteInt32BigEndian(half.AsSpan(4 * i), other[i]);
            // What is long is hashed once, and not again for every few letters.
            if (half.Length > LongestHalf) half = SHA256.HashData(half);
            if (context.Length > LongestHalf) context = SHA256.HashData(context);
            _message = new byte[8 + context.Length + half.Length];
            BinaryPrimitives.WriteInt32BigEndian(_message.AsSpan(4), round);
            context.CopyTo(_message.AsSpan(8));
            half.CopyTo(_message.AsSpan(8 + context.Length));
        }

        public long Next(int count)
        {
            if (_used == _block.Length)
            {
                BinaryPrimitives.WriteInt32BigEndian(_message, _counter++);
                _block = HMACSHA256.HashData(_key, _message);
                _used = 0;
            }
            var number = BinaryPrimitives.ReadUInt64BigEndian(_block.AsSpan(_used));
            _used += 8;
            return (long)(number % (ulong)count);
        }
    }
}
