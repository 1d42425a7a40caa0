"""Names as people and streets in France bear them, with how often. Data and drawing only; no database."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

# Family names with their bearers in thousands, rounded, as the public statistics of names count them.
_LAST_NAMES = """
Martin 235 Bernard 105 Thomas 96 Robert 91 Richard 90 Petit 88 Durand 83 Dubois 83 Moreau 81 Laurent 76 Simon 73
Michel 72 Lefebvre 72 Leroy 66 Roux 58 David 58 Bertrand 56 Morel 55 Fournier 54 Girard 53 Bonnet 52 Dupont 51
Lambert 50 Fontaine 49 Rousseau 48 Vincent 46 Muller 46 Lefèvre 45 Faure 44 André 44 Mercier 42 Blanc 42 Guérin 41
Boyer 40 Garnier 40 Chevalier 39 François 39 Legrand 38 Gauthier 37 Garcia 37 Perrin 36 Robin 36 Clément 35 Morin 35
Nicolas 34 Henry 34 Roussel 33 Mathieu 33 Gautier 32 Masson 32 Marchand 31 Duval 31 Denis 31 Dumont 30 Marie 30
Lemaire 30 Noël 29 Meyer 29 Dufour 29 Meunier 28 Brun 28 Blanchard 28 Giraud 28 Joly 27 Rivière 27 Lucas 27 Brunet 26
Gaillard 26 Barbier 26 Arnaud 26 Martinez 25 Gérard 25 Roche 25 Renard 24 Schmitt 24 Roy 24 Leroux 24 Colin 23 Vidal 23
Caron 23 Picard 23 Roger 22 Fabre 22 Aubert 22 Lemoine 22 Renaud 21 Dumas 21 Lacroix 21 Olivier 21 Philippe 20
Bourgeois 20 Pierre 20 Benoît 20 Rey 20 Leclerc 20 Payet 19 Rolland 19 Leclercq 19 Guillaume 19 Lecomte 18 Lopez 18
Jean 18 Dupuy 18 Guillot 18 Hubert 17 Berger 17 Carpentier 17 Sanchez 17 Dupuis 17 Moulin 16 Louis 16 Deschamps 16
Huet 16 Vasseur 15 Perez 15 Boucher 15 Fleury 15 Royer 15 Klein 14 Jacquet 14 Adam 14 Paris 14 Poirier 14 Marty 14
Aubry 13 Guyot 13 Carré 13 Charles 13 Renault 13 Charpentier 13 Ménard 12 Maillard 12 Baron 12 Bertin 12 Bailly 12
Hervé 12 Schneider 11 Fernandez 11 Collet 11 Léger 11 Bouvier 11 Julien 11 Prévost 11 Millet 10 Perrot 10 Daniel 10
Cousin 10 Germain 10 Breton 10 Besson 10 Langlois 10 Rémy 10 Pelletier 9 Lévêque 9 Perrier 9 Leblanc 9 Barré 9 Lebrun 9
Marchal 9 Weber 9 Mallet 8 Hamon 8 Boulanger 8 Jacob 8 Monnier 8 Michaud 8 Guichard 8 Gillet 8 Étienne 8 Grondin 7
Poulain 7 Tessier 7 Chevallier 7 Collin 7 Chauvin 7 Bouchet 7 Gay 6 Lemaître 6 Bénard 6 Maréchal 6 Humbert 6 Reynaud 6
Antoine 6 Hoarau 6 Perret 6 Barthélemy 6 Cordier 6 Pichon 6 Lejeune 6 Gilbert 6 Lamy 6 Delaunay 6 Pasquier 6 Carlier 5
Laporte 5 Nguyen 25 Diallo 6 Traoré 5 Benali 4 Haddad 4 Mansouri 3 Da_Silva 20 Ferreira 14 Pereira 14 Rodrigues 12
"""
# Names of the west, where the three clinics stand.
_WESTERN = """
Le_Goff 9 Le_Gall 9 Guillou 6 Le_Roux 7 Tanguy 6 Riou 5 Kerdoncuff 2 Le_Bihan 4 Guéguen 4 Cadiou 2 Hervouet 3 Rabiller 2
Guilloux 3 Bretagne 1 Chauvet 4 Loirat 1 Bureau 3 Pineau 4 Brossard 4 Gicquel 4 Halgand 2 Moyon 2 Mahé 4 Rouaud 3
Bertho 2 Thébaud 2 Couëdel 1 Lelièvre 4 Lemonnier 4 Lechevalier 3 Lecoq 3 Leprévost 2 Letellier 4 Hébert 5 Marie 5
Vaudry 1 Lebaudy 1 Anquetil 2 Quesnel 3 Desmoulins 2 Lepetit 2 Hardy 3 Jouenne 2 Onfroy 1 Postel 2 Vautier 2 Lehoux 1
"""
_WOMEN = """
Marie Nathalie Isabelle Sylvie Catherine Françoise Monique Martine Christine Valérie Sandrine Stéphanie Céline
Véronique Nicole Chantal Sophie Julie Patricia Aurélie Émilie Laurence Christelle Virginie Élodie Corinne Laura
Camille Pauline Delphine Caroline Marion Annie Dominique Brigitte Karine Audrey Hélène Mélanie Claire Chloé Léa
Manon Sarah Emma Lucie Anaïs Florence Agnès Mathilde Justine Charlotte Amélie Océane Inès Louise Jade Alice
Juliette Margaux Clémence Élise Gwenaëlle Morgane Nolwenn Solène Maëlle Fatima Nadia Samira Aïcha Linh Ana
Teresa Odile Colette Jeannine Simone
"""
_MEN = """
Jean Michel Philippe Alain Patrick Nicolas Christophe Daniel Bernard Pierre Éric Frédéric Laurent Stéphane
Olivier Julien David Sébastien Thomas Pascal Thierry Gérard Guillaume Alexandre Vincent Jérôme Antoine Bruno
Maxime Christian Gilles Marc Kévin Anthony Romain Mathieu Benjamin Florian Cédric Quentin François Dominique
Fabrice Franck Adrien Clément Hugo Lucas Théo Louis Arthur Paul Yann Erwan Loïc Ronan Gaël Mickaël Yves Jacques
Claude Serge Didier Hervé Rémi Simon Baptiste Valentin Mohamed Karim Ahmed Minh Manuel José Fernand Raymond
Marcel Roger Lucien Gabin Éloi Tristan
"""
_TAIL_HEADS = """
Bar Ber Bou Bri Cal Car Cha Che Cor Cou Dan Del Des Dou Dra Fau Fla Fou Fre Gal Gar Gau Gir Gour Gran Gué Hau Her Jar
Jou Lan Lar Lau Le La Lor Lou Mal Man Mar Mau Mer Mon Mor Nau Pel Per Pic Pou Pra Qué Rab Ram Rav Rou Sal San Sau Ser
Tal Tar Tau Thé Tou Tri Val Vau Ver Vil Vou
"""
_TAIL_MIDDLES = """
a ba be bi bou ca che chi cou da de di do fe ga gne go guè la le li lo ma
me mi mo na ne ni no pe pi ra re ri rou sa se si ta te ti to va ve vi
"""
_TAIL_ENDS = """
ard aud ault bert chet din don dier eau el eret et eux ier in ion lin lier lon mont naud neau net nier not ot quet quin
rand rat reau rel ret rier rin ron roux sson teau tel thier tier tin ton trand vel vet vier vin
"""  # fmt: skip
ANIMAL_NAMES = {
    "dog": """Rex Médor Filou Oslo Ruby Maya Nala Rocky Max Simba Luna Lola Ulysse Pépite Uno Tyson Snow Ska Ravel
        Popeye Praline Pixel Paco Oural Olaf Ness Naya Milo Maïka Louna Lucky Jazz Joy Java Iris Happy Gipsy Gaïa
        Flocon Falco Elfe Eden Diva Cookie Chipie Câline Bill Belle Baya Athos Arya Vanille Vasco Urus Théo Tina Sultan
        Ronda""",
    "cat": """Minette Caramel Félix Mistigri Moustache Tigrou Grisou Réglisse Nougat Noisette Plume Pacha Pirate Oréo
        Nuage Nina Misty Mina Lilou Léo Kiwi Isis Gribouille Garfield Fripouille Figaro Duchesse Chaussette Chanel
        Cannelle Câlin Bulle Boule Blanchette Biscuit Berlioz Azur Zélie Violette Ulma Toulouse Sushi Salem Romy Roméo
        Prunelle Poupette Pompon Pistache Perle Patachon Myrtille Mouchette Merlin Mango Lune Licorne Kali""",
    "rabbit": "Pompon Carotte Flocon Nougatine Câlin Pilou Noisette Grisette Neige Panpan Moka Ficelle Trèfle",
    "horse": "Quartz Ulane Vulcain Gitane Galopin Tornade Baltique Fleur Duc Jolie Coeur Ombline Kador Utopie",
}  # fmt: skip
NANTES_STREETS = """rue du Maréchal-Joffre|quai de la Fosse|boulevard Gabriel-Guist’hau|rue de Strasbourg
|rue des Hauts-Pavés|route de Vannes|boulevard Robert-Schuman|rue Paul-Bellamy|rue de la Bastille
|boulevard des Belges|rue du Coudray|chaussée de la Madeleine|rue Saint-Jacques
|boulevard Émile-Gabory|rue de la Contrie|avenue de la Close|rue Noire"""
PORT_STREETS = """avenue de la République|rue du Général-de-Gaulle|boulevard de l’Océan|rue de la Paix|rue Jean-Jaurès
|avenue de Béziers|rue du Croisic|rue de Trignac|boulevard Albert-1er|rue Henri-Gautier
|rue de l’Île-de-France|route de la Côte d’Amour|rue des Ardoises|chemin du Grand-Gavy"""
BOCAGE_STREETS = """La Croix-Rouge|Le Haut-Bosq|La Monnerie|Le Village-Neuf|La Gautraie|Le Mesnil|Les Landes|La Houssaye
|rue aux Teinturiers|rue du Calvados|rue Chaussée|place du 6-Juin|Le Pont-ès-Retour|La Bruyère
|Le Clos-Fortin"""
TOWNS = {
    "lilas": ("44000 Nantes", "44100 Nantes", "44200 Nantes", "44300 Nantes", "44400 Rezé", "44700 Orvault",
              "44800 Saint-Herblain", "44240 La Chapelle-sur-Erdre"),
    "port": ("44600 Saint-Nazaire", "44600 Saint-Nazaire", "44570 Trignac", "44380 Pornichet",
             "44550 Montoir-de-Bretagne",             "44500 La Baule-Escoublac"),
    "bocage": ("14500 Vire Normandie", "14500 Vire Normandie", "14350 Souleuvre en Bocage", "14380 Noues de Sienne",
               "14410 Valdallière", "50670 Saint-Pois", "61800 Tinchebray-Bocage"),
}  # fmt: skip
STREETS = {"lilas": NANTES_STREETS, "port": PORT_STREETS, "bocage": BOCAGE_STREETS}
TAIL_SHARE = 0.6  # of the bulk's people bear a name outside the list: the long tail of rare family names


def dice(seed: int) -> Random:
    """The same throws every time: a demo that looks the same to all who talk about it."""
    return Random(seed)  # noqa: S311 - nothing secret is drawn


def weighted_last_names(*, western: bool = False) -> tuple[list[str], list[int]]:
    """Family names and their weights."""
    words = ((_WESTERN * 3 if western else "") + _LAST_NAMES).split()
    names = [name.replace("_", " ") for name in words[::2]]
    return names, [int(weight) for weight in words[1::2]]


def first_names() -> tuple[list[str], list[str]]:
    """Women's and men's, the likelier ones first."""
    return _WOMEN.split(), _MEN.split()


def rare_last_names() -> list[str]:
    """Some ten thousands of names that sound like those of the long tail."""
    middles = ["", *_TAIL_MIDDLES.split()]
    return [head + middle + end for head in _TAIL_HEADS.split() for middle in middles for end in _TAIL_ENDS.split()]


def pieces(text: str) -> list[str]:
    """A list written with bars between its items."""
    return [piece.strip() for piece in text.replace("\n", "").split("|") if piece.strip()]


def likely_first(chance: Random, items: Sequence[T]) -> T:
    """One of the items, those at the front more often."""
    return items[int(len(items) * chance.random() ** 1.6)]
