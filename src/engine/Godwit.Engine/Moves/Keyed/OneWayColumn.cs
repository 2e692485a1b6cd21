using System.Text;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Peppers;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>A column of blind indexes or peppered hashes, its keys at hand: the same value gives the same under the same key, and nothing gives the value back.</summary>
internal abstract class OneWayColumn
{
    /// <summary>What is stored of a plain value under a range's keys.</summary>
    /// <exception cref="TransformException">It has no result.</exception>
    public abstract byte[] Compute(ReadOnlySpan<byte> plain, RangeKeys keys);

    /// <summary>The same by another way through the keyring: what is looked up by, where there is such a way.</summary>
    public abstract byte[] ComputeAgain(ReadOnlySpan<byte> plain, RangeKeys keys);

    public static OneWayColumn Open(KeyedMoveColumn column, PurposeKeys keys) => column.Kind == "blind_index"
        ? new Indexed(new BlindIndex(keys, column.Label, column.Normalization))
        : new Hashed(column, column.Origin is { } origin ? new Pepper(keys, column.Label, OriginalHash.Sha256(origin)) : new Pepper(keys, column.Label));

    private sealed class Indexed(BlindIndex index) : OneWayColumn
    {
        public override byte[] Compute(ReadOnlySpan<byte> plain, RangeKeys keys)
        {
            PlainValue.Split(plain, out var tenant, out var value);
            var computed = new byte[BlindIndex.Length];
            try
            {
                index.ComputeUnder(Key(keys), Encoding.UTF8.GetString(tenant), SourceValue.TextOf(value), computed);
            }
            catch (ArgumentException)
            {
                throw new TransformException("the value is none that the index takes");
            }
            return computed;
        }

        public override byte[] ComputeAgain(ReadOnlySpan<byte> plain, RangeKeys keys)
        {
            PlainValue.Split(plain, out var tenant, out var value);
            var key = Key(keys);
            return index.Candidates(Encoding.UTF8.GetString(tenant), SourceValue.TextOf(value)).FirstOrDefault(c => BlindIndex.KeyIdOf(c) == key) ?? [];
        }

        private static KeyId Key(RangeKeys keys) => keys.Index ?? throw Unknown();
    }

    private sealed class Hashed(KeyedMoveColumn column, Pepper pepper) : OneWayColumn
    {
        public override byte[] Compute(ReadOnlySpan<byte> plain, RangeKeys keys)
        {
            var key = keys.Pepper ?? throw Unknown();
            try
            {
                return Encoding.UTF8.GetBytes((column.Of switch
                {
                    "hash" => pepper.WrapUnder(key, PepperedHash.TryParse(Encoding.UTF8.GetString(plain), out var hash) ? hash : throw new TransformException("what is to be wrapped is no hash of pepper's")),
                    "foreign" => pepper.ImportUnder(key, column.Origin!, PlainValue.Foreign(plain.Length == 32 ? CellValue.Of(plain.ToArray()) : CellValue.Of(Encoding.UTF8.GetString(plain)))),
                    _ => pepper.HashUnder(key, plain),
                }).ToString());
            }
            catch (ArgumentException)
            {
                throw new TransformException("the value is empty, too long, or itself a stored hash");
            }
        }

        /// <summary>A hash is looked for among the candidates of its value; one that is wrapped has no value.</summary>
        public override byte[] ComputeAgain(ReadOnlySpan<byte> plain, RangeKeys keys) => column.Of == "value"
            ? Encoding.UTF8.GetBytes(pepper.Candidates(plain).FirstOrDefault(c => c.Chain == keys.Pepper?.ToString())?.ToString() ?? "")
            : Compute(plain, keys);
    }

    private static InvalidOperationException Unknown() => new("nobody has said under which key the range was written");
}
