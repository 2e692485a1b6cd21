using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Tests.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

/// <summary>What AnyText accepts, SQLite itself reads back: each value is stored, printed, stored again from its text, and compared.</summary>
public sealed class AffinityInverseTests : IDisposable
{
    private readonly ProfiledSource _source = new("CREATE TABLE t (a INTEGER, b NUMERIC, c REAL, d TEXT, e BLOB)", "BEGIN");

    public void Dispose() => _source.Dispose();

    [Fact]
    public void A_value_that_fits_AnyText_comes_back_from_its_text_with_class_and_bits()
    {
        var doubles = Gen.OneOf(
            Gen.Choose(-1_000_000, 1_000_000).Select(i => i / 1000.0),
            Gen.Choose(-1000, 1000).Select(i => i * 0.1),
            Gen.Elements(0.0, -0.0, 1e15, 1.5e15, 1e300, 4.5, 9_223_372_036_854_775_808.0, -9_223_372_036_854_775_808.0, double.PositiveInfinity)).Select(d => (object)d);
        var integers = Gen.OneOf(ArbMap.Default.GeneratorFor<long>(), Gen.Elements(0L, -1L, long.MaxValue, long.MinValue)).Select(l => (object)l);
        var texts = Gen.Elements("", "x", "12", " 12", "1e5", "12x", "1e", ".", "-", "0x10", "007", "Inf", "nan", "1.0").Select(s => (object)s);
        Prop.ForAll(Gen.OneOf(doubles, integers, texts).ToArbitrary(), Gen.Elements("a INTEGER", "b NUMERIC", "c REAL", "d TEXT", "e BLOB").ToArbitrary(), AssertReadsBack)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(4000));
    }

    private void AssertReadsBack(object value, string column)
    {
        var (name, declared) = (column[..1], column[2..]);
        _source.Connection.Execute("DELETE FROM t");
        _source.Connection.Execute($"INSERT INTO t ({name}) VALUES (?1)", value);
        var profile = new ColumnProfile(ColumnToChoose.ToProfile(name, declared, strict: false, map: null), new ProfileOptions());
        string text;
        using (var read = _source.Connection.Prepare($"SELECT {name} FROM t"))
        {
            Assert.True(read.Step());
            switch (read.GetStorageClass(0))
            {
                case StorageClass.Integer:
                    profile.AddInteger(read.GetInteger(0), 1);
                    text = read.GetInteger(0).ToString(CultureInfo.InvariantCulture);
                    break;
                case StorageClass.Real:
                    profile.AddReal(read.GetReal(0), 1);
                    text = read.GetReal(0).ToString("R", CultureInfo.InvariantCulture);
                    break;
                default:
                    profile.AddText(read.GetBytes(0), 1);
                    text = read.GetText(0);
                    break;
            }
        }
        var fits = MappingFit.Fits(TargetType.Text, new ValueMapping(MappingKind.AnyText), new ColumnToChoose("t", declared, Strict: false, profile), profile.Groups[0]);
        var before = Image();
        _source.Connection.Execute($"UPDATE t SET {name} = ?1", text);
        var after = Image();
        if (fits) Assert.Equal(before, after);

        string Image()
        {
            using var read = _source.Connection.Prepare($"SELECT {name} FROM t");
            read.Step();
            return read.GetStorageClass(0) switch
            {
                StorageClass.Integer => $"integer {read.GetInteger(0)}",
                StorageClass.Real => $"real {BitConverter.DoubleToInt64Bits(read.GetReal(0)):x}",
                _ => $"text {Convert.ToHexString(read.GetBytes(0))}",
            };
        }
    }
}
