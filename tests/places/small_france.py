"""A France of a few communes, for tests that must not load the real one."""

from __future__ import annotations

from pathlib import Path

COMMUNES = """\
code;name;department;epci;population;postcodes;latitude;longitude
45234;Orléans;45;244500468;116269;45000|45100;47.9025;1.9090
45285;Saint-Jean-de-la-Ruelle;45;244500468;16500;45140;47.9113;1.8733
45147;Fleury-les-Aubrais;45;244500468;21000;45400;47.9312;1.9210
45194;Ormes;45;244500468;4200;45140;;
41198;Saint-Aignan;41;200018406;2900;41110;47.2689;1.3750
41164;Noyers-sur-Cher;41;200018406;2700;41140;;
32001;Aignan;32;243200409;750;32290;43.6977;0.0750
28085;Chartres;28;200033181;38500;28000;48.4469;1.4890
2A004;Ajaccio;2A;242010056;73000;20000|20090;41.9192;8.7386
51410;Œuilly;51;;600;51480;49.0667;3.8000
02565;Œuilly;02;;300;02160;;
98735;Papeete;987;;26000;98714;-17.5350;-149.5695
98999;Perdue;989;;;;;
"""
TERRITORIES = """\
kind;code;name;region
region;24;Centre-Val de Loire;24
region;76;Occitanie;76
region;94;Corse;94
region;44;Grand Est;44
region;32;Hauts-de-France;32
region;987;Polynésie française;987
region;989;Île de Clipperton;989
department;45;Loiret;24
department;41;Loir-et-Cher;24
department;28;Eure-et-Loir;24
department;32;Gers;76
department;2A;Corse-du-Sud;94
department;51;Marne;44
department;02;Aisne;32
department;987;Polynésie française;987
department;989;Île de Clipperton;989
epci;244500468;Orléans Métropole;
epci;200018406;CC Val de Cher-Controis;
"""


def small_france(folder: Path, *, release: str = "1", communes: str = COMMUNES) -> Path:
    """The folder of a release with these communes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "communes.csv").write_text(communes, "utf-8")
    (folder / "territories.csv").write_text(TERRITORIES, "utf-8")
    (folder / "release").write_text(f"{release}\n", "utf-8")
    return folder
